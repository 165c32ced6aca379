"""Model files of the peers, made once before the first round: ONNX and OpenVINO, fp32 and int8.

peer_models.py KIND MODEL TARGET [CALIBRATION]; it ends with an error where KIND cannot be made.
"""
import math
import sys
from pathlib import Path

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


def export_onnx(model, file):
    """BERT as plain operators. In this form the optimizer of ONNX Runtime finds attention, GELU and layer normalisation."""
    import torch
    from transformers import AutoModel

    class Plain(torch.nn.Module):
        def __init__(self, bert):
            super().__init__()
            self.bert = bert

        def forward(self, input_ids, attention_mask, token_type_ids):
            config, embeddings = self.bert.config, self.bert.embeddings
            heads, width = config.num_attention_heads, config.hidden_size // config.num_attention_heads
            positions = embeddings.position_ids[:, : input_ids.shape[1]]
            hidden = embeddings.word_embeddings(input_ids) + embeddings.token_type_embeddings(token_type_ids)
            hidden = embeddings.LayerNorm(hidden + embeddings.position_embeddings(positions))
            mask = (1.0 - attention_mask[:, None, None, :].to(hidden.dtype)) * -10000.0
            for layer in self.bert.encoder.layer:
                attention = layer.attention

                def split(x):
                    return x.view(x.shape[0], x.shape[1], heads, width).permute(0, 2, 1, 3)

                query, key = split(attention.self.query(hidden)), split(attention.self.key(hidden))
                value = split(attention.self.value(hidden))
                scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(width) + mask
                context = torch.matmul(torch.softmax(scores, -1), value).permute(0, 2, 1, 3).contiguous()
                context = context.view(context.shape[0], context.shape[1], heads * width)
                hidden = attention.output.LayerNorm(attention.output.dense(context) + hidden)
                inner = torch.nn.functional.gelu(layer.intermediate.dense(hidden))
                hidden = layer.output.LayerNorm(layer.output.dense(inner) + hidden)
            return hidden

    bert = Plain(AutoModel.from_pretrained(model).float().eval())
    example = (torch.randint(1000, 2000, (2, 7)), torch.ones(2, 7, dtype=torch.long), torch.zeros(2, 7, dtype=torch.long))
    axes = {name: {0: "batch", 1: "length"} for name in [*INPUTS, "last_hidden_state"]}
    torch.onnx.export(bert, example, str(file), input_names=INPUTS, output_names=["last_hidden_state"], dynamic_axes=axes,
                      opset_version=17, dynamo=False)


def fused_onnx(model, file):
    """ONNX with the fused operators of ONNX Runtime."""
    import json

    from onnxruntime.transformers import optimizer

    plain = Path(file).with_suffix(".plain.onnx")
    export_onnx(model, plain)
    config = json.loads((Path(model) / "config.json").read_text())
    fused = optimizer.optimize_model(str(plain), model_type="bert", num_heads=config["num_attention_heads"],
                                     hidden_size=config["hidden_size"], opt_level=0)
    fused.save_model_to_file(str(file))


def onnx_int8(model, file):
    """Dynamic quantization with one scale for each output channel of the weights."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    fused = Path(file).with_suffix(".fused.onnx")
    fused_onnx(model, fused)
    quantize_dynamic(fused, file, per_channel=True, weight_type=QuantType.QInt8,
                     extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT, "MatMulConstBOnly": True})


def openvino_fp32(model, file):
    import openvino

    plain = Path(file).with_suffix(".onnx")
    export_onnx(model, plain)
    openvino.save_model(openvino.convert_model(plain), file, compress_to_fp16=False)


def quantized_openvino(network, model, file, calibration):
    """Static quantization by NNCF with its setting for transformers; every calibration text is a batch of one."""
    import nncf
    import openvino
    from peer_worker import lines_of, padded, tokenizer_of

    names = {name for value in network.inputs for name in value.names}
    tokenizer, texts = tokenizer_of({"tokenizer": model}), lines_of(calibration)
    batches = [{k: v for k, v in padded([tokenizer.encode(text).ids]).items() if k in names} for text in texts]
    quantized = nncf.quantize(network, nncf.Dataset(batches), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(texts))
    openvino.save_model(quantized, file, compress_to_fp16=False)


def openvino_int8(model, file, calibration):
    import openvino

    plain = Path(file).with_suffix(".onnx")
    export_onnx(model, plain)
    quantized_openvino(openvino.convert_model(plain), model, file, calibration)


def sentence_transformers_onnx(model, folder):
    """The export of sentence-transformers, fp32 and int8."""
    from sentence_transformers import SentenceTransformer, export_dynamic_quantized_onnx_model

    encoder = SentenceTransformer(model, device="cpu", backend="onnx", local_files_only=True)
    encoder.save_pretrained(folder)
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    kind = "avx512_vnni" if "avx512_vnni" in flags else "avx512" if "avx512f" in flags else "avx2"
    export_dynamic_quantized_onnx_model(encoder, kind, folder, file_suffix="qint8")


def sentence_transformers_openvino(model, folder, calibration):
    """The export of sentence-transformers, fp32, and int8 by NNCF with the calibration texts."""
    import openvino
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(model, device="cpu", backend="openvino", local_files_only=True)
    encoder.save_pretrained(folder)
    network = openvino.Core().read_model(Path(folder) / "openvino" / "openvino_model.xml")
    quantized_openvino(network, model, Path(folder) / "openvino" / "openvino_model_qint8.xml", calibration)


KINDS = {function.__name__: function for function in (
    fused_onnx, onnx_int8, openvino_fp32, openvino_int8, sentence_transformers_onnx, sentence_transformers_openvino)}

if __name__ == "__main__":
    KINDS[sys.argv[1]](*sys.argv[2:])
