"""What the settings of every act on many share."""

from django import forms


class RecapForm(forms.Form):
    """The settings of one act, with what its recap was read with; they stand on one line, without crispy."""

    def __init__(self, *args, recap, **kwargs):
        super().__init__(*args, initial=self.shown(recap.parameters), **kwargs)
        self.recap = recap
        for one in self.fields.values():
            picks = isinstance(one.widget, forms.Select)
            one.widget.attrs["class"] = "form-select" if picks else "form-control"

    @staticmethod
    def shown(parameters):
        """What a recap's parameters look like in the fields."""
        return parameters

    @property
    def parameters(self):
        """Plain values for `settle_bulk`."""
        return self.cleaned_data
