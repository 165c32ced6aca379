#include "mtt/plugin.h"

#include "bert.h"

namespace {

void register_bert(mtt::Registry& registry) {
  registry.add(mtt::BackbonePlugin{
      .name = "bert",
      .summary = "The BERT family: BERT, MiniLM, bge, e5, gte, DistilBERT, RoBERTa, XLM-RoBERTa, ELECTRA, "
                 "MPNet, ALBERT.",
      .model_types = {"albert", "bert", "camembert", "distilbert", "electra", "mpnet", "roberta",
                      "xlm-roberta"},
      .options = {},
      .create = [](const mtt::Value& config, const mtt::Options&) -> std::unique_ptr<mtt::Backbone> {
        return std::make_unique<Bert>(BertConfig::read(config));
      },
  });
}

}  // namespace

MTT_PLUGIN("bert", "1.0", register_bert)
