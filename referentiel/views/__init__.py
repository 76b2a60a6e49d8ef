"""The norm on screen: reading it, bringing it in, correcting it, following its versions."""
