"""Classification tasks: their kinds, sources and splits.

A *kind* says what is predicted and who is compared: ``label_by_group`` (a label to predict, groups to compare; bios is
one) and ``flag_by_mention`` (a flag to predict, terms that texts mention; wiki is one). Nothing outside this package
knows which occupations or terms there are.
"""
