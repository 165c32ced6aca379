// The public formats, each read into examples with the keys that the experiments use.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "data/import/imported.h"

namespace mtt {

// All take a file's bytes without a byte order mark, add its examples to `data` and throw Error with
// source:line:column for whatever the format forbids.

/// The NLU benchmark of Snips (Coucke et al. 2018): {"Intent": [{"data": [{"text", "entity"?}, ...]}, ...]}
/// becomes text, intent, entities. The pieces of a sentence are joined; white space at the ends of the text
/// and of entities is dropped; an entity of white space alone is left out. Bytes that are not UTF-8 are read
/// as read_mixed_text says.
void import_snips(std::string_view bytes, const std::string& source, Imported& data);

/// CLINC150 (Larson et al. 2019): {"train": [["text", "intent"], ...], "val", "test", "oos_train", "oos_val",
/// "oos_test"} becomes text, intent in the splits train, dev, test, oos_train, oos_dev and oos_test.
void import_clinc(std::string_view bytes, const std::string& source, Imported& data);

/// CoNLL as parse_conll reads it becomes text, entities.
void import_tagged_columns(std::string_view bytes, const std::string& source, Imported& data);

/// The STS benchmark (Cer et al. 2017), columns between tabs, where a quote is a character like any other:
/// genre, file, year, id, score, two sentences and perhaps their sources; or, with a header as GLUE has it,
/// whichever columns are named filename, score, sentence1 and sentence2. Becomes text, text_pair, similarity
/// (0 to 5), genre (the column of the file: "images", "headlines", ...) and attribution (the sources).
void import_sts_benchmark(std::string_view bytes, const std::string& source, Imported& data);

/// Comma- or tab-separated text as parse_csv reads it; the header names the keys.
void import_table(std::string_view bytes, char delimiter, const std::string& source, Imported& data);

/// The layout of JointBERT and Slot-Gated SLU: a folder with seq.in (words), seq.out (their tags) and label
/// (the intent), a sentence a line, or one with such folders named train, dev (or valid) and test. Becomes
/// text, intent, entities.
void import_joint_bert(const std::filesystem::path& folder, Imported& data);

}  // namespace mtt
