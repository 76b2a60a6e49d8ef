"""One meaning a name: sets of states live on their enum."""

import ast

from cqpm.tests.code import modules


def is_state(node):
    """`Jury.State.OPEN`, `State.OPEN`."""
    return isinstance(node, ast.Attribute) and (
        (isinstance(node.value, ast.Attribute) and node.value.attr == "State")
        or (isinstance(node.value, ast.Name) and node.value.id == "State")
    )


def written(tree):
    """Every node, but what declares the transitions of a state: each says its own sources."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "transition"):
            yield node
            yield from written(node)


def test_sets_of_states_live_on_their_enum():
    """`Jury.State.DONE`, not a list written wherever somebody asks."""
    wrong = [
        f"{module}:{node.lineno}"
        for module in modules()
        if not module.is_test and "migrations" not in module.path.parts
        for node in written(module.tree)
        if isinstance(node, ast.Tuple | ast.List | ast.Set)
        and len(node.elts) > 1
        and all(map(is_state, node.elts))
    ]
    assert wrong == []
