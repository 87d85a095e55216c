"""What is known of an architecture before its weights are read. Torch-free: requests ask it too."""

from collections.abc import Mapping

LLAMA_MATRICES = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
)
# Every matrix of every block, where adapters go: the source finds that best for a given number of
# trained weights. Source: Hu et al. 2021.
ADAPTED_MATRICES: Mapping[str, tuple[str, ...]] = {
    "llama": LLAMA_MATRICES,
    "qwen2": LLAMA_MATRICES,
    "qwen3": LLAMA_MATRICES,
    "mistral": LLAMA_MATRICES,
    "gpt2": ("c_attn", "c_proj", "c_fc"),
    "gpt_neox": ("query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"),
}
