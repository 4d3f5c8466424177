"""The module of every record offers what its protocol asks for."""

from collections.abc import Iterator

import pytest

from biastransfer.common import protocols, registry


def offers() -> Iterator[tuple[str, type]]:
    """The module of every record, with its protocol."""
    for measure in registry.upstream_measures().values():
        yield measure.module, protocols.MeasureModule
    for intervention in registry.model_interventions().values():
        fitted = protocols.FittedInterventionModule
        yield intervention.module, fitted if intervention.fitted else protocols.ModelInterventionModule
    for intervention in registry.data_interventions().values():
        yield intervention.module, protocols.DataInterventionModule
    for head in registry.heads().values():
        yield head.module, protocols.HeadModule
        yield head.texts, protocols.TextsModule
    for kind in registry.task_kinds().values():
        yield kind.module, protocols.TaskKindModule
        yield kind.part("dataset_bias"), protocols.DatasetBiasModule
        yield kind.part("rates"), protocols.RatesModule
        yield kind.simulation, protocols.SimulationModule


def members(protocol: type) -> set[str]:
    """What a protocol asks for: functions and values."""
    return {
        name
        for each in protocol.__mro__
        if each.__module__ == protocols.__name__
        for name in (*vars(each), *each.__annotations__)
        if not name.startswith("_")
    }


@pytest.mark.parametrize(("module", "protocol"), list(offers()))
def test_the_module_offers_it(module: str, protocol: type) -> None:
    wanted = members(protocol)
    assert wanted
    missing = sorted(name for name in wanted if not hasattr(registry.load(module), name))
    assert not missing, f"{module} lacks {missing} of {protocol.__name__}"
