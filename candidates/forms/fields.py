"""What forms of every subject take: a day, a long text, a reason."""

from django import forms


def date_input(**attrs):
    """The browser's own calendar, which wants ISO dates whatever the language."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"} | attrs)


def long_text(model, name, initial, rows=4):
    """A long text that may stay empty for now, with its model's label and help."""
    field = model._meta.get_field(name).formfield(required=False, initial=initial)
    field.widget.attrs["rows"] = rows
    return field


class ReasonForm(forms.Form):
    """Why: abandonment, amendment, return."""

    reason = forms.CharField(label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, label="Motif", help_text="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label, self.fields["reason"].help_text = label, help_text
