"""Check the template file of a measure."""

from biastransfer.job import job

with job(snakemake):
    from biastransfer.provenance import write_json
    from biastransfer.upstream.templates import NEEDED_SLOTS, read_templates

    measure = snakemake.wildcards.measure
    templates = read_templates(snakemake.input[0], measure, NEEDED_SLOTS[measure])
    write_json(templates.sentences, snakemake.output[0])
