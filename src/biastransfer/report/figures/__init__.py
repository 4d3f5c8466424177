"""The figures of the report: drawn for print, with intervals, in colours that colour-blind readers tell apart."""
