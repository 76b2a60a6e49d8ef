import json
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from cqpm.utils.freeze import gate
from referentiel.exchange import DATA
from referentiel.models import Certification, Referentiel
from referentiel.tests.factories import (
    FICTITIOUS,
    SEED,
    content_of_file,
    load_fictitious,
    load_seed,
    make_content,
    make_referentiel,
    plain,
)

pytestmark = pytest.mark.django_db


def run(*arguments, **options):
    """What a command prints."""
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def written(path, content):
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def test_loads_both_files_then_changes_nothing():
    first = plain(run("load_referentiel")).splitlines()
    second = plain(run("load_referentiel")).splitlines()
    titles = [
        "Technicien(ne) de maintenance d’îlots robotisés (référentiel fictif), version 1",
        "Technicien(ne) d’usinage sur machines outils à commande numérique, version 1",
    ]
    assert first == [f"chargé et publié : {title}" for title in titles]
    assert second == [f"inchangé : {title}" for title in titles]


def test_loads_the_files_it_is_given(tmp_path):
    file = written(tmp_path / "ccpm.json", make_content())
    assert plain(run("load_referentiel", str(file), kind="CCPM")) == (
        "chargé et publié : Opérateur(trice) d’essai, version 1\n"
    )
    assert Certification.objects.get().kind == "CCPM"


def test_reads_a_file_with_a_byte_order_mark(tmp_path):
    file = tmp_path / "bom.json"
    file.write_text(json.dumps(make_content()), encoding="utf-8-sig")
    run("load_referentiel", str(file))
    assert Referentiel.objects.count() == 1


def test_one_faulty_file_and_nothing_is_loaded(tmp_path):
    broken = make_content(number="ESSAI 0002")
    broken["switches"]["levl"] = broken["switches"].pop("level")
    good, bad = written(tmp_path / "good.json", make_content()), written(tmp_path / "bad.json", broken)
    lines = bad.read_text(encoding="utf-8").splitlines()
    unknown = 1 + next(rank for rank, line in enumerate(lines) if "levl" in line)
    holder = 1 + next(rank for rank, line in enumerate(lines) if '"switches"' in line)
    with pytest.raises(CommandError) as refusal:
        run("load_referentiel", str(good), str(bad))
    assert plain(str(refusal.value)).splitlines() == [
        f"{bad} : ligne {holder}, clé « switches.level » : clé absente",
        f"{bad} : ligne {unknown}, clé « switches.levl » : clé inconnue",
        "Rien n’a été chargé.",
    ]
    assert Certification.objects.count() == 0


@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (lambda file: None, "illisible (No such file or directory)"),
        (lambda file: file.write_bytes(b"\xff\xfe\x00"), "le fichier n’est pas en UTF-8"),
        (lambda file: file.write_text("{"), "ligne 1 : JSON illisible, colonne 2"),
    ],
)
def test_names_what_cannot_be_read(tmp_path, write, problem):
    file = tmp_path / "x.json"
    write(file)
    with pytest.raises(CommandError) as refusal:
        run("load_referentiel", str(file))
    assert plain(str(refusal.value)).splitlines() == [f"{file} : {problem}", "Rien n’a été chargé."]


def test_an_altered_version_stops_the_whole_load(tmp_path):
    run("load_referentiel", str(written(tmp_path / "one.json", make_content())))
    new = written(tmp_path / "new.json", make_content(number="ESSAI 0002"))
    altered = written(tmp_path / "altered.json", make_content((3,)))
    with pytest.raises(CommandError) as refusal:
        run("load_referentiel", str(new), str(altered))
    assert plain(str(refusal.value)).startswith("La version 1 de « Opérateur(trice) d’essai » est publiée")
    assert [version.shape for version in Referentiel.objects.all()] == [(2, 1)]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [(SEED, []), (SEED, ["0300"]), (SEED, ["0300", "--version", "1"]), (FICTITIOUS, ["9999"])],
)
def test_exports_the_file_it_came_from(name, arguments):
    run("load_referentiel")
    assert run("export_referentiel", *arguments) == (DATA / name).read_text(encoding="utf-8")


def test_loading_an_export_gives_the_same_version(tmp_path):
    file = tmp_path / "export.json"
    original = load_seed()
    file.write_text(run("export_referentiel"), encoding="utf-8")
    assert plain(run("load_referentiel", str(file))).startswith("inchangé : ")
    with gate():
        original.delete()
    assert plain(run("load_referentiel", str(file))).startswith("chargé et publié : ")
    again = Referentiel.objects.get()
    assert again.content_sha256 == original.content_sha256
    assert json.loads(run("export_referentiel")) == content_of_file(SEED)


def test_version_chooses_between_versions():
    make_referentiel((1,), number="ESSAI 0007", fictitious=False)
    make_referentiel((2,), number="ESSAI 0007", version="2020", fictitious=False)
    assert (
        len(json.loads(run("export_referentiel", "0007", version="2020"))["capacities"][0]["criteria"]) == 2
    )
    with pytest.raises(CommandError) as refusal:
        run("export_referentiel", "0007")
    assert plain(str(refusal.value)).splitlines() == [
        "Plusieurs référentiels conviennent. Précisez le rang et la version :",
        "  0007 --version 1 : Opérateur(trice) d’essai",
        "  0007 --version 2020 : Opérateur(trice) d’essai",
    ]


def test_lists_what_there_is_when_nothing_fits():
    load_fictitious()
    with pytest.raises(CommandError) as refusal:
        run("export_referentiel")
    assert plain(str(refusal.value)).splitlines() == [
        "Aucun référentiel publié ne convient. Précisez le rang et la version :",
        "  9999 --version 1 : Technicien(ne) de maintenance d’îlots robotisés (référentiel fictif)",
    ]


def test_says_when_there_is_none_at_all():
    with pytest.raises(CommandError) as refusal:
        run("export_referentiel", "0300")
    assert str(refusal.value) == "Aucun référentiel publié ne convient."


def test_version_on_the_command_line_is_the_referentiels_not_djangos():
    """In a process of its own, on no database: the parser is asked, as a shell asks it."""
    shown = subprocess.run(
        [sys.executable, "manage.py", "export_referentiel", "--help"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "--version VERSION" in shown
