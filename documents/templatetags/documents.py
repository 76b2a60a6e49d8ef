"""The rendering state of a document on other apps' pages: `{% load documents %}{% document_status document %}`."""

from django import template

from documents.views import status_context

register = template.Library()


@register.inclusion_tag("documents/state.html", takes_context=True)
def document_status(context, document):
    """State, then the download or what to do; keeps itself up to date while the rendering goes on."""
    return status_context(context["request"].user, document)
