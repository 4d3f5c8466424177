"""Check the template file of a measure."""

from biastransfer.engine.job import job

with job(snakemake):
    from biastransfer.engine.side_cars import write_json
    from biastransfer.upstream.templates import read_templates

    measure = snakemake.wildcards.measure
    templates = read_templates(snakemake.input[0], measure, snakemake.params.compare)
    write_json({template.name: template.text for template in templates.templates}, snakemake.output[0])
