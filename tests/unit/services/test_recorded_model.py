from __future__ import annotations

import pytest

from desktop_llm.core.generation import LoadOptions
from desktop_llm.services.inference import EngineState
from desktop_llm.services.recorded_model import RecordedModel
from tests.fakes import FakeInferenceService
from tests.values import a_loaded_model, a_record, a_source

OLD, NEW = a_source("old"), a_source("new")


@pytest.fixture
def inference(qapp):
    fake = FakeInferenceService(EngineState("ready", model=a_loaded_model(NEW, threads=2)))
    fake.chosen = NEW
    return fake


@pytest.fixture
def recorded(inference):
    return RecordedModel(inference, lambda: [OLD, NEW])


def loads(inference):
    return [call[1] for call in inference.calls if call[0] == "load"]


def test_another_model_is_loaded_as_it_was_and_the_persons_comes_back(inference, recorded):
    assert recorded.use(a_record(model="old", dtype="bfloat16", threads=1))
    assert loads(inference) == [OLD]
    options = recorded.applied_to(OLD, LoadOptions(dtype="auto", threads=4))
    assert (options.dtype, options.threads, options.device) == ("bfloat16", 1, "cpu")
    assert recorded.in_use
    assert recorded.applied_to(NEW, LoadOptions()) == LoadOptions()
    recorded.use(None)
    assert loads(inference) == [OLD, NEW]
    assert not recorded.in_use
    assert recorded.applied_to(OLD, LoadOptions()) == LoadOptions()


def test_the_same_model_in_the_same_way_is_not_loaded_again(inference, recorded):
    assert recorded.use(a_record(model="new", threads=2))
    recorded.use(None)
    assert loads(inference) == []


@pytest.mark.parametrize("changes", [{"dtype": "bfloat16"}, {"threads": 3}])
def test_the_same_model_in_another_way_is_loaded_again(inference, recorded, changes):
    assert recorded.use(a_record(model="new", **changes))
    recorded.use(None)
    assert loads(inference) == [NEW, NEW]


def test_a_file_is_run_again_by_the_engine_that_ran_it(recorded):
    record = a_record(model="old", engine="llama.cpp", dtype="Q4_1", bits=4)
    recorded.use(record)
    options = recorded.applied_to(OLD, LoadOptions(engine="transformers", dtype="float32"))
    assert (options.engine, options.dtype, options.weights) == ("llama.cpp", "float32", "auto")


def test_weights_have_the_bits_that_they_had(inference, recorded):
    recorded.use(a_record(model="new", bits=8, threads=2))
    assert loads(inference) == [NEW]
    options = recorded.applied_to(NEW, LoadOptions())
    assert (options.engine, options.weights) == ("transformers", "8-bit")


def test_a_file_that_is_in_memory_as_it_was_is_not_loaded_again(inference, recorded):
    packed = a_loaded_model(NEW, threads=2, engine="llama.cpp", bits=4)
    inference.set_state(EngineState("ready", model=packed))
    recorded.use(a_record(model="new", engine="llama.cpp", dtype="Q4_1", bits=4, threads=2))
    assert loads(inference) == []


def test_a_model_that_is_gone_is_told(inference, recorded):
    assert not recorded.use(a_record(model="gone"))
    assert loads(inference) == []


def test_a_model_that_the_person_chose_meanwhile_stays(inference, recorded):
    recorded.use(a_record(model="old"))
    other = a_source("other")
    inference.load(other)
    recorded.use(None)
    assert loads(inference) == [OLD, other]


def test_a_model_that_is_on_its_way_back_is_loaded_for_the_next_repetition(inference, recorded):
    recorded.use(a_record(model="old", threads=2))
    inference.set_state(EngineState("ready", model=a_loaded_model(OLD, threads=2)))
    recorded.use(None)
    recorded.use(a_record(model="old", threads=2))
    assert loads(inference) == [OLD, NEW, OLD]
