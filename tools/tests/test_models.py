# SPDX-License-Identifier: MIT
"""
The models: a million random operations of each on the host, and the same seed replayed
under the sanitizers, on 64 bits and in QEMU, where it must end in the same digest of what
the allocators did. `make test-models` runs them for longer.
"""
import re

import pytest

import ktap
import lab
import test_host
from lab import Config

# As mm/tests/model_test.c announces them.
MODELS = re.findall(r"^MODEL_SUITE\((\w+), \d+\);$",
                    (lab.ROOT / "mm" / "tests" / "model_test.c").read_text(encoding="utf-8"), re.M)

OPERATIONS = 1_000_000
REPLAYED = 200_000

# Objects and their places in a slab are laid out by the size of a pointer.
OTHER_ON_64_BITS = {"slab_model", "kmalloc_model"}


def digest_of(text, model, seed, operations):
    """The digest that a run of one model printed, or None."""
    found = re.findall(rf"^ *# {model}: seed={seed} ops={operations} digest=(0x[0-9a-f]{{8}})$",
                       text, re.M)
    return found[0] if len(found) == 1 else None


def on_host(build, model, seed, operations):
    done = test_host.run(build, f"{model}-{seed}", "--map", "pc64", f"selftest={model}",
                         f"seed={seed}", f"model_ops={operations}")
    digest = digest_of(done.stdout, model, seed, operations)
    if done.returncode or done.stderr or not digest:
        test_host.fail(done, [f"{model} did not follow its model to the end"])
    return digest


def in_qemu(model, seed, operations):
    config = Config(model)
    run = lab.boot(config, f"selftest={model} exit=1 seed={seed} model_ops={operations}")
    digest = digest_of("\n".join(run.lines), model, seed, operations)
    if run.status != ktap.EXIT_PASS or not digest:
        run.fail([f"status {run.status}, digest {digest}; to repeat: make run-kernel "
                  f"KERNEL_ARGS='selftest={model} seed={seed} model_ops={operations}'"])
    return digest


def test_every_allocator_has_a_model():
    assert set(MODELS) == {f"{name}_model" for name in (
        "memmap", "memblock", "buddy", "page_alloc", "slab", "kmalloc", "vmap_tree", "vmap_area",
        "kmap")}
    documented = (lab.ROOT / "mm" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{model}`" in documented for model in MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_a_million_operations(model):
    on_host("plain", model, lab.seed_of(f"long-{model}"), OPERATIONS)


@pytest.mark.parametrize("model", MODELS)
def test_the_same_seed_ends_the_same_everywhere(model):
    seed = lab.seed_of(f"replay-{model}")
    digests = {build: on_host(build, model, seed, REPLAYED) for build in ("plain", "asan", "wide")}
    if model in OTHER_ON_64_BITS:
        del digests["wide"]
    digests["qemu"] = in_qemu(model, seed, REPLAYED)
    assert len(set(digests.values())) == 1, f"seed={seed}: {digests}"


@pytest.mark.parametrize("model", MODELS)
def test_the_digest_depends_on_what_happens(model):
    """On the seed, on the number of operations, and on nothing else."""
    first = on_host("plain", model, 1, 5000)
    assert on_host("plain", model, 1, 5000) == first
    assert on_host("plain", model, 2, 5000) != first
    assert on_host("plain", model, 1, 4000) != first


def test_a_mismatch_says_how_to_repeat_it():
    done = test_host.run("plain", "parting-model", "--map", "pc64", "seed=5", "model_ops=100",
                         "selftest=misbehave")
    assert "parting_model, operation 77: " in done.stdout
    assert done.stdout.rstrip().endswith("seed=5 model_ops=100 selftest=misbehave")
