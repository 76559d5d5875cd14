"""`{% form_key %}`: the hidden field that makes a double submission harmless."""

from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pool.forms_keys import FIELD

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid4())
