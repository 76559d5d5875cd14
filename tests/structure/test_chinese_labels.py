"""An official reads Chinese everywhere: every application, model, field and choice has its word."""

from django.apps import apps
from django.utils import translation

from tests.structure import tree


def own_models():
    for model in apps.get_models(include_auto_created=False):
        if model.__module__.split(".")[0] in tree.ROOMS:
            yield model


def test_every_room_has_a_chinese_name():
    with translation.override("zh-hans"):
        nameless = [
            config.label
            for config in apps.get_app_configs()
            if config.name.split(".")[0] in tree.ROOMS and not tree.is_chinese(config.verbose_name)
        ]
    assert not nameless


def test_every_model_has_a_chinese_name():
    with translation.override("zh-hans"):
        nameless = [
            f"{model._meta.label}: {name}"
            for model in own_models()
            for name in {str(model._meta.verbose_name), str(model._meta.verbose_name_plural)}
            if not tree.is_chinese(name)
        ]
    assert not nameless, tree.report(nameless)


def test_every_field_has_a_chinese_label():
    with translation.override("zh-hans"):
        nameless = [
            f"{model._meta.label}.{field.name}: {field.verbose_name}"
            for model in own_models()
            for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
            if not getattr(field, "auto_created", False)
            and not getattr(field.remote_field, "parent_link", False)
            and not tree.is_chinese(field.verbose_name)
        ]
    assert not nameless, tree.report(nameless)


def test_every_choice_and_every_state_has_a_chinese_label():
    with translation.override("zh-hans"):
        nameless = [
            f"{model._meta.label}.{field.name}: {value!r} is shown as {str(label)!r}"
            for model in own_models()
            for field in model._meta.local_fields
            for value, label in field.flatchoices
            if value not in (None, "") and not tree.is_chinese(label)
        ]
    assert not nameless, tree.report(nameless)


def test_every_state_field_lists_its_states():
    bare = [
        f"{model._meta.label}.{field.name}"
        for model in own_models()
        for field in model._meta.local_fields
        if field.name == "state" and not field.choices
    ]
    assert not bare, tree.report(bare)
