"""The columns of the Parquet tables between the steps.

A schema's fingerprint is part of the rules that write the table, so a new column repeats only these rules and their successors.
"""

import hashlib

import pyarrow as pa

from biastransfer.common import registry

_text, _real, _whole, _flag = pa.string(), pa.float64(), pa.int64(), pa.bool_()
_rate = {"rate": _real, "low": _real, "high": _real}
_bootstrap = {"bootstrap_low": _real, "bootstrap_high": _real}
_performance = {
    "testset": _text,
    "decision": _text,
    "threshold": _real,
    "n": _whole,
    "accuracy": _real,
    "macro_f1": _real,
    "average_precision": _real,
    "majority": _real,
    "failed_to_learn": _flag,
    "fped": _real,
    "fned": _real,
    "tpr_gap_rms": _real,
}
_group = {"task": _text, "upstream_measure": _text, "group": _text, "specification": _text}
_crossed = {"testset": _text, "scale": _text}
_change = {"cause": _text, "first": _text, "second": _text}
_judged = {
    "joint_p": _real,
    **{
        f"{name}_{number}": _real
        for name in ("dataset", "model", "difference")
        for number in ("estimate", "low", "high")
    },
    **{
        f"{cause}_{number}": _real
        for cause in ("dataset", "model")
        for number in ("excluded", "detectable", "power", "false", "coverage", "chance", "exaggeration")
    },
    "verdict_chance": _real,
}
_loss = {"step": _whole, "learning_rate": _real, "loss": _real}


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


_TYPES = {"string": _text, "double": _real, "int64": _whole, "bool": _flag, "list<string>": pa.list_(_text)}
_bias_columns = [*(name for kind in registry.task_kinds().values() for name in kind.bias_columns), "probability_gap"]

SCHEMAS: dict[str, pa.Schema] = {
    "planted": _schema(target=_text, upstream=_real, prevalence=_real, frequency=_real),
    "corpus": _schema(text=_text),
    "dataset_bias": _schema(target=_text, prevalence=_real, mention_share=_real, toxic_length=_real, n=_whole),
    "proxy_words": _schema(word=_text, femaleness=_real, n_first=_whole, n_second=_whole, log_odds=_real),
    "projection": _schema(part=_text, values=pa.list_(_real)),
    "tokens": _schema(id=_text, testset=_text, label=_whole, tokens=pa.list_(pa.int32())),
    "pretraining": _schema(**_loss, tokens=_whole, held_out_loss=_real, unigram_loss=_real),
    "training": _schema(**_loss),
    "predictions": _schema(id=_text, testset=_text, label=_text, predicted=_text, probability=pa.list_(pa.float32())),
    "rates": _schema(
        target=_text, group=_text, testset=_text, decision=_text, measure=_text, n=_whole, hits=_whole, **_rate
    ),
    "bias": _schema(
        target=_text,
        measure=_text,
        testset=_text,
        decision=_text,
        value=_real,
        low=_real,
        high=_real,
        n_min=_whole,
        smoothed=_flag,
        **_bootstrap,
    ),
    "runs": _schema(**_performance),
    "group_gaps": _schema(
        first=_text,
        second=_text,
        target=_text,
        testset=_text,
        n_first=_whole,
        n_second=_whole,
        rate_first=_real,
        rate_second=_real,
        gap=_real,
        low=_real,
        high=_real,
    ),
    "performance": _schema(task=_text, model=_text, trainset=_text, replicate=_whole, **_performance),
    "bias_transfer": _schema(
        study=_text,
        task=_text,
        model=_text,
        trainset=_text,
        replicate=_whole,
        target=_text,
        upstream_measure=_text,
        template=_text,
        intervention=_text,
        level=_real,
        trial=_whole,
        kind=_text,
        model_intervention=_text,
        data_intervention=_text,
        condition=_text,
        family=_text,
        level_label=_text,
        level_parts=pa.list_(_real),
        groups=pa.list_(_text),
        testset=_text,
        decision=_text,
        upstream=_real,
        intermediate=_real,
        they_change=_real,
        **dict.fromkeys(_bias_columns, _real),
        bias_low=_real,
        bias_high=_real,
        bias_bootstrap_low=_real,
        bias_bootstrap_high=_real,
        n_min=_whole,
        smoothed=_flag,
        small_cell=_flag,
        prevalence=_real,
        prevalence_se=_real,
        training_texts=_whole,
        mention_share=_real,
        toxic_length=_real,
        target_family=_text,
        accuracy=_real,
        failed_to_learn=_flag,
    ),
    "counterfactuals": _schema(id=_text, of=_text, text=_text, label=_text, version=_text),
    "text_scores": _schema(id=_text, testset=_text, correct=_flag, hit=_real, probability=_real, log_odds=_real),
    "sources": _schema(**_crossed, target=_text, source=_text, mean_square=_real, share=_real, low=_real, high=_real),
    "changes": _schema(**_crossed, **_change, target=_text, change=_real, low=_real, high=_real, p=_real),
    "effects_of_change": _schema(
        **_crossed,
        **_change,
        n_targets=_whole,
        n_replicates=_whole,
        size=_real,
        low=_real,
        high=_real,
        mean_absolute=_real,
        p=_real,
        common_factor=_real,
        reordering=_real,
        correlation=_real,
    ),
    "changes_from_control": _schema(
        **_crossed,
        cause=_text,
        condition=_text,
        n_targets=_whole,
        n_runs=_whole,
        n_controls=_whole,
        mean_absolute=_real,
        size=_real,
        floor=_real,
        common_factor=_real,
        correlation=_real,
    ),
    "fine_tuned_effects": _schema(
        **_crossed,
        **_change,
        n_targets=_whole,
        probe_size=_real,
        probe_low=_real,
        probe_high=_real,
        fine_tuned_size=_real,
        fine_tuned_low=_real,
        fine_tuned_high=_real,
        correlation=_real,
    ),
    "causes": _schema(
        **_crossed,
        cause=_text,
        size=_real,
        low=_real,
        high=_real,
        floor=_real,
        difference=_real,
        difference_low=_real,
        difference_high=_real,
        p=_real,
        is_cause=_flag,
        reason=_text,
    ),
    "upstream_slopes": _schema(
        **_crossed,
        measure=_text,
        n_targets=_whole,
        n_models=_whole,
        slope=_real,
        low=_real,
        high=_real,
        correlation=_real,
    ),
    "crossed_performance": _schema(model=_text, trainset=_text, replicate=_whole, testset=_text, accuracy=_real),
    "coefficients": _schema(
        **_group,
        term=_text,
        errors=_text,
        estimate=_real,
        se=_real,
        df=_real,
        low=_real,
        high=_real,
        p=_real,
        standardised=_real,
        standardised_low=_real,
        standardised_high=_real,
    ),
    "regressions": _schema(
        **_group,
        outcome=_text,
        estimator=_text,
        n_obs=_whole,
        n_models=_whole,
        n_targets=_whole,
        r2_within=_real,
        r2_adjusted=_real,
        residual_se=_real,
        f=_real,
        df1=_whole,
        df2=_whole,
        f_p=_real,
        dropped=pa.list_(_text),
        rows_left_out=_whole,
    ),
    "diagnostics": _schema(**_group, diagnostic=_text, term=_text, statistic=_real, df=_real, p=_real),
    "influence": _schema(**_group, target=_text, term=_text, without=_real, cook=_real),
    "contributions": _schema(**_group, term=_text, partial_r2=_real, shapley=_real),
    "correlations": _schema(
        task=_text,
        upstream_measure=_text,
        comparison=_text,
        unit=_text,
        condition=_text,
        model_intervention=_text,
        data_intervention=_text,
        family=_text,
        level=_real,
        model=_text,
        trainset=_text,
        replicate=_whole,
        runs=_whole,
        n=_whole,
        pearson=_real,
        pearson_low=_real,
        pearson_high=_real,
        pearson_p=_real,
        kendall=_real,
        kendall_p=_real,
        lin=_real,
        mean_shift=_real,
        spread_ratio=_real,
        pearson_of_runs=_real,
        **{f"{name}_boot_{side}": _real for name in ("pearson", "kendall", "lin") for side in ("low", "high")},
        permutation_p=_real,
        permutation_holm_p=_real,
        kendall_holm_p=_real,
        margin=_real,
        equivalence_p=_real,
    ),
    "verdicts": _schema(
        task=_text,
        upstream_measure=_text,
        verdict=_text,
        reason=_text,
        estimator=_text,
        n_targets=_whole,
        n_families=_whole,
        few_texts=pa.list_(_text),
        reliability=_real,
        joint_holm_p=_real,
        turning_reliability=_real,
        **_judged,
    ),
    "estimators": _schema(
        task=_text, upstream_measure=_text, estimator=_text, headline=_flag, verdict=_text, reason=_text, **_judged
    ),
    "claims": _schema(
        task=_text,
        upstream_measure=_text,
        claim=_text,
        condition=_text,
        statement=_text,
        source=_text,
        estimate=_real,
        low=_real,
        high=_real,
        printed=_real,
        outcome=_text,
        power=_real,
        reason=_text,
    ),
    "multiverse": _schema(
        task=_text,
        upstream_measure=_text,
        runs=_text,
        reading=_text,
        templates=_text,
        controls=_text,
        small_cells=_text,
        term=_text,
        standardised=_real,
        low=_real,
        high=_real,
        n_obs=_whole,
        n_targets=_whole,
    ),
}
SCHEMAS |= {
    name: _schema(
        id=_text, text=_text, label=_text, **{column: _TYPES[kind] for column, kind in record.columns.items()}
    )
    for name, record in registry.task_kinds().items()
}
SCHEMAS |= {
    name: _schema(
        target=_text, template=_text, score=_real, **{column: _TYPES[kind] for column, kind in record.columns.items()}
    )
    for name, record in registry.upstream_measures().items()
}
"""Table name -> schema. ``bias_transfer`` is ``bias.parquet``; docs/tables.md describes every column."""


def fingerprint(*names: str) -> str:
    """A short hash of the named tables' schemas."""
    return hashlib.sha256("".join(f"{name}:{SCHEMAS[name]}" for name in names).encode()).hexdigest()[:12]
