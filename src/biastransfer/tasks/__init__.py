"""Classification tasks: their kinds, sources and splits.

A *kind* sets the prediction and the comparison. ``label_by_group`` predicts a label and compares groups, as in bios;
``flag_by_mention`` predicts a flag and compares texts that mention a term, as in wiki. No other package depends on certain
occupations or terms.
"""
