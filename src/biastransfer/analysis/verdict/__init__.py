"""Where does bias come from, by a regression over the targets of the control: the verdict of a study."""
