# SPDX-License-Identifier: MIT
"""
The models: a million random operations of each on the host, and the same seed replayed
under the sanitizers, on 64 bits and in QEMU, where it must end in the same digest of what
the allocators did. `make test-models` runs them for longer.
"""
import re
import subprocess

import pytest

import ktap
import lab
import models
import test_host
from lab import Config

MODELS = models.names()

OPERATIONS = 1_000_000
REPLAYED = 200_000

# Objects and their places in a slab are laid out by the size of a pointer.
OTHER_ON_64_BITS = {"slab_model", "kmalloc_model"}


def on_host(build, model, seed, operations):
    done = test_host.run(build, f"{model}-{seed}", "--map", "pc64",
                         *models.options(model, seed, operations))
    digest = models.digest_of(done.stdout, model, seed, operations)
    if done.returncode or done.stderr or not digest:
        test_host.fail(done, [f"{model} did not follow its model to the end"])
    return digest


def in_qemu(model, seed, operations):
    words = " ".join(models.options(model, seed, operations))
    run = lab.boot(Config(model), f"{words} exit=1")
    digest = models.digest_of(run.text, model, seed, operations)
    if run.status != ktap.EXIT_PASS or not digest:
        run.fail([f"status {run.status}, digest {digest}; to repeat: make run-kernel "
                  f"KERNEL_ARGS='{words}'"])
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


def test_the_long_run_prints_what_it_did():
    """`make test-models`, shortened."""
    with lab.locked("build-host"), lab.locked("build-O2"):
        done = lab.make(f"O={lab.OUT}", "test-models", "OPS=3000", "SEED=9", "T=buddy_model kmap_model")
    assert done.returncode == 0 and "seed=9\n" in done.stdout, done.stdout
    for model in ("buddy_model", "kmap_model"):
        digest = on_host("plain", model, 9, 3000)
        assert re.search(rf"^{model} +3000 +{digest} .* s +{digest} .* s$", done.stdout, re.M), done.stdout


@pytest.mark.parametrize("args, said", [
    (["--ops", "0"], "0 is not a whole number above 0"),
    (["--ops", "many"], "many is not a whole number above 0"),
    (["--seed", "-1"], "-1 is not a whole number above 0"),
    (["no_model"], "no model is called no_model; there are memmap_model, "),
])
def test_mistakes_are_told(args, said):
    done = subprocess.run(["tools/models.py", "--host", "none", "--kernel", "none", *args], cwd=lab.ROOT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and said in done.stderr


def test_the_long_run_compares():
    """A model that did not end, or not with this digest, is no agreement."""
    text = "    # a_model: seed=1 ops=9 digest=0x00000001\nok 1 a_model\n"
    assert models.digest_of(text, "a_model", 1, 9) == "0x00000001"
    for wrong in (text.replace("ok 1", "not ok 1"), text.replace("seed=1", "seed=2"),
                  text.replace("ops=9", "ops=8"), text + text, "ok 1 a_model\n"):
        assert models.digest_of(wrong, "a_model", 1, 9) is None
