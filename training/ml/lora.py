"""Low-rank adapters: a frozen trunk and a few trained matrices beside its own.

Source: Hu et al. 2021. The layers are peft's; here is only where they go and how they leave.
"""

import copy
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch
from peft import LoraConfig, get_peft_model_state_dict, inject_adapter_in_model
from peft.tuners.lora import LoraLayer
from safetensors.torch import save_file
from transformers import PreTrainedModel

from training.ml.architectures import ADAPTED_MATRICES
from training.ml.errors import BadInput

# What peft calls a set of adapters that was given no name.
USUAL = "default"
# The names that peft's own loader looks for.
ADAPTER_WEIGHTS = "adapter_model.safetensors"


class AdapterSettings(Protocol):
    @property
    def lora_rank(self) -> int: ...
    @property
    def lora_alpha(self) -> int: ...


def add_adapters(
    model: PreTrainedModel, settings: AdapterSettings, seed: int, *, name: str = USUAL
) -> None:
    """Freeze the model and put adapters beside its matrices; nothing at rank 0.

    The adapters begin as zero, so the model first computes what it did before. A second set, under
    a name of its own, freezes the first and takes its place: `adapters_named` changes between them.

    Raises: BadInput for an architecture whose matrices are not known.
    """
    if settings.lora_rank == 0:
        return
    kind = model.config.model_type
    if kind not in ADAPTED_MATRICES:
        raise BadInput(f"lora_rank: adapters are not known for {kind}; use 0")
    config = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        target_modules=list(ADAPTED_MATRICES[kind]),
        lora_dropout=0.0,
        fan_in_fan_out=kind == "gpt2",
    )
    model.requires_grad_(False)
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        # A second set is what was asked for.
        warnings.filterwarnings("ignore", message="Already found a `peft_config`")
        torch.manual_seed(seed)
        inject_adapter_in_model(config, model, adapter_name=name)


def adapter_layers(model: torch.nn.Module) -> list[tuple[str, LoraLayer]]:
    return [(name, part) for name, part in model.named_modules() if isinstance(part, LoraLayer)]


def is_adapter(parameter_name: str) -> bool:
    return "lora_" in parameter_name


def has_adapters(model: torch.nn.Module) -> bool:
    return any(isinstance(part, LoraLayer) for part in model.modules())


def merged(model: PreTrainedModel) -> PreTrainedModel:
    """A plain copy with the adapters added into its matrices; the model itself without any."""
    if not has_adapters(model):
        return model
    plain = copy.deepcopy(model)
    for name, layer in adapter_layers(plain):
        layer.merge()
        parent, _, own_name = name.rpartition(".")
        setattr(plain.get_submodule(parent), own_name, layer.get_base_layer())
    return plain.requires_grad_(True)


@contextmanager
def adapters_off(model: torch.nn.Module) -> Iterator[None]:
    """Compute as if there were no adapters: the policy is then its own reference."""
    layers = [layer for _, layer in adapter_layers(model)]
    with _trained_as_before(model):
        for layer in layers:
            layer.enable_adapters(False)
        try:
            yield
        finally:
            for layer in layers:
                layer.enable_adapters(True)


@contextmanager
def adapters_named(model: torch.nn.Module, name: str) -> Iterator[None]:
    """Compute with another set of the adapters on this trunk than with the usual one."""
    layers = [layer for _, layer in adapter_layers(model)]
    with _trained_as_before(model):
        for layer in layers:
            layer.set_adapter(name)
        try:
            yield
        finally:
            for layer in layers:
                layer.set_adapter(USUAL)


def train_every_set(model: torch.nn.Module) -> None:
    """The usual adapters compute; all of them take the gradients that come to them."""
    for _, layer in adapter_layers(model):
        layer.set_adapter(USUAL)
    for name, parameter in model.named_parameters():
        if is_adapter(name):
            parameter.requires_grad_(True)


@contextmanager
def _trained_as_before(model: torch.nn.Module) -> Iterator[None]:
    """Switching adapters freezes the idle ones, whose graphs may still wait for a backward pass."""
    flags = [(parameter, parameter.requires_grad) for parameter in model.parameters()]
    try:
        yield
    finally:
        for parameter, is_trained in flags:
            parameter.requires_grad_(is_trained)


def save_adapters(
    model: PreTrainedModel,
    folder: Path,
    *,
    task_type: str = "CAUSAL_LM",
    whole: Sequence[str] = (),
) -> None:
    """Write what `PeftModel.from_pretrained` loads on top of the model training started from.

    ``whole`` names the modules that lie in the folder themselves, in place of the start's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config: Any = copy.copy(model.peft_config[USUAL])
    config.task_type = task_type
    config.inference_mode = True
    config.modules_to_save = list(whole) or None
    config.save_pretrained(folder)
    weights = get_peft_model_state_dict(model)
    for name, parameter in model.named_parameters():
        module = name.rpartition(".")[0]
        if any(module == kept or module.endswith(f".{kept}") for kept in whole):
            weights[name] = parameter.detach()
    named = {f"base_model.model.{name}": tensor.contiguous() for name, tensor in weights.items()}
    save_file(named, folder / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    (folder / ADAPTER_WEIGHTS).chmod(0o644)
