"""Markup as a tree: what an app printed can only ever become text in it."""

from xml.etree import ElementTree

Element = ElementTree.Element
Child = Element | str


def element(tag: str, *children: Child, **attributes: str) -> Element:
    """An element; a trailing `_` of an attribute's name is dropped, `_` becomes `-`."""
    named = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items()}
    made = Element(tag, named)
    for child in children:
        add(made, child)
    return made


def add(parent: Element, child: Child) -> None:
    if isinstance(child, Element):
        parent.append(child)
    elif len(parent):
        parent[-1].tail = (parent[-1].tail or "") + child
    else:
        parent.text = (parent.text or "") + child


def with_code(tag: str, sentence: str, **attributes: str) -> Element:
    """An element in which what stands between backticks is code."""
    parts = sentence.split("`")
    if len(parts) % 2 == 0:
        return element(tag, sentence, **attributes)
    children: list[Child] = [
        element("code", part) if i % 2 else part for i, part in enumerate(parts)
    ]
    return element(tag, *children, **attributes)


def as_html(root: Element) -> str:
    text = ElementTree.tostring(root, encoding="unicode", method="html")
    return f"<!DOCTYPE html>\n{text}\n"


def as_xml(root: Element) -> str:
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
