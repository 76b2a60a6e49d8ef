"""The candidates: the list, and one candidate's page with its tabs.

Who sees what. The tabs Fiche, Documents and Journal hold civil identity, addresses, papers and who did what: they
are for the staff of the centre alone. The others in scope get the page Parcours, without birth date or address,
and see of it what their part asks for (`perms.may_read_bases`): an evaluator who only scores and the centre de
ressource the steps and the modalities retained; those who decide, the matrix. The measure granted
(«aménagement») is for those who apply it: staff and evaluators.
"""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.keys import key_of
from accounts.models import LogEntry
from accounts.perms import allow, is_evaluator_in, is_head_of, is_staff, is_staff_of, require
from candidates.actions import missing_to_undo
from candidates.forms.cohort import PlaceForm
from candidates.history import changes_of, corrections_of
from candidates.models import Candidate, ContactRequest, Eligibility
from candidates.rules import Route, Stage
from cqpm.utils import stored
from cqpm.utils.french import today
from cqpm.utils.paging import KeysFirstPaginator
from documents.models import Document
from evaluations.actions import export as exports
from evaluations.forms.bulk import picked
from evaluations.forms.candidate import RegistrationFilter
from evaluations.models import Summons
from evaluations.papers.jury import facts_of
from evaluations.papers.synthesis import syntheses_of
from evaluations.perms import may_list_candidates, may_read_bases
from evaluations.reads.candidate import registrations_for
from evaluations.reads.cohort import late_deadline
from evaluations.reads.deadline import next_deadline, with_deadlines
from evaluations.reads.declaration import declaration_for
from evaluations.reads.journey import load_decisions, load_one
from evaluations.screens import capacity, journey as screen
from evaluations.screens.export import spreadsheet
from evaluations.screens.summons import summons_rows

PAGE = 25
JOURNAL_PAGE = 50
JOURNAL_SHOWN = 6  # lines beside the journey
TABS = {
    "registration_detail": ("Parcours", "evaluations/candidate.html"),
    "registration_file": ("Fiche", "evaluations/candidate_file.html"),
    "registration_documents": ("Documents", "evaluations/candidate_documents.html"),
    "registration_journal": ("Journal", "evaluations/candidate_journal.html"),
}
STEPS = {stage: number for number, stage in enumerate(Stage, start=1)}


@require(may_list_candidates)
@require_safe
def candidate_list(request):
    """Everyone this person may see, narrowed by the address; for the staff, the most urgent first."""
    staff, filters = is_staff(request.user), filtered(request)
    page = KeysFirstPaginator(filters.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "page": page,
        "rows": rows(page, results=staff or request.user.hat is None),
        "steps": len(Stage),
        "staff": staff,
        "results": staff or request.user.hat is None,
    }
    return render(request, "evaluations/candidate_list.html", context)


def filtered(request):
    """The list as the address narrows it."""
    mine = with_deadlines(registrations_for(request.user).with_people())
    order = ("next_on",) if is_staff(request.user) else ()
    mine = mine.order_by(*order, "-registered_on", "-number", "pk")
    return RegistrationFilter(request.GET, queryset=mine, request=request)


def chosen(request):
    """Of the list as the address narrows it, those whose box is ticked (`choix`), or all of them (`tout`)."""
    if "tout" in request.POST:
        return filtered(request).qs
    mine = with_deadlines(registrations_for(request.user).with_people())
    return mine.filter(pk__in=picked(request.POST.getlist("choix"))).order_by("next_on", "-number", "pk")


@require(is_staff)
@require_POST
def candidate_export(request):
    """The list, narrowed by the address, or the boxes ticked in it, as a spreadsheet; the journal says who took it."""
    ticked = "choix" in request.POST
    file, count = spreadsheet(chosen(request) if ticked else filtered(request).qs)
    exports.record_export(
        centre=request.user.hat.centre, count=count, filters=request.GET.urlencode(), by=request.user
    )
    name = f"candidats-{today().isoformat()}.xlsx"
    return stored.download(file, name=name, content_type=stored.XLSX)


def rows(page, *, results):
    """The lines of the list; `results`: with what was validated so far, three queries more."""
    page = list(page)
    states = load_decisions(page) if results else {}
    for registration in page:
        found = list(states.get(registration.pk, {}).values())
        yield {
            "registration": registration,
            "step": STEPS[registration.stage],
            "deadline": late_deadline(registration) or next_deadline(registration),
            "ticks": [capacity.CAPACITY_TICKS[state] for state in found],
            "figure": capacity.figure(found),
        }


# --- One candidate ----------------------------------------------------------------------------------------------


def visible(request, pk):
    """The registration, with its people, when this person may see it; 404 otherwise."""
    requests = ContactRequest.objects.pending().filter(registration=OuterRef("pk"))
    registrations = registrations_for(request.user).with_people().select_related("continues__centre")
    return get_object_or_404(with_deadlines(registrations).annotate(requested=Exists(requests)), pk=pk)


def own(request, pk):
    """The same for the staff of its centre; 403 for the others who see it."""
    registration = visible(request, pk)
    allow(is_staff_of(request.user, registration.centre_id))
    return registration


def page(request, name, registration, **context):
    """One tab of a candidate's page; the staff alone has more than one."""
    staff = is_staff_of(request.user, registration.centre_id)
    tabs = [
        (words, reverse(tab, args=[registration.pk]), tab == name)
        for tab, (words, _) in TABS.items()
        if staff
    ]
    frame = {"registration": registration, "tabs": tabs, "staff": staff}
    return render(request, TABS[name][1], frame | context)


@require_safe
def registration_detail(request, pk):
    """The journey: stepper, capacity matrix, what is missing, what to do next."""
    registration = visible(request, pk)
    journey, user = load_one(registration), request.user
    staff, bases = is_staff_of(user, registration.centre_id), may_read_bases(user, registration)
    shown = evaluations_shown(journey, user, bases=bases)
    missing = screen.missing(journey, user) if bases else []
    return page(
        request,
        "registration_detail",
        registration,
        journey=journey,
        anchors=anchors(
            missing=missing, evaluations=shown or staff, opinion=staff and journey.opinion, staff=staff
        ),
        bases=bases,
        rows=capacity.matrix(journey),
        steps=screen.steps(journey, results=bases),
        missing=missing,
        next_act=screen.next_act(journey, user),
        evaluations=shown,
        decision=journey.decision if staff or (bases and journey.is_published) else None,
        shows_adaptation=staff or is_evaluator_in(user, registration.centre_id),
        journal=journal_of(registration)[:JOURNAL_SHOWN] if staff else [],
        requests=registration.contact_requests.pending() if staff and registration.requested else [],
    )


def anchors(*, missing, evaluations, opinion, staff):
    """The sections of the page that are there, for the bar of a narrow screen."""
    sections = [
        ("t-matrice", "Capacités", True),
        ("t-manque", "Avant le jury", missing),
        ("t-evaluations", "Évaluations", evaluations),
        ("t-avis", "Avis", opinion),
        ("t-journal", "Journal", staff),
    ]
    return [{"id": key, "name": name} for key, name, present in sections if present]


def evaluations_shown(journey, user, *, bases):
    """[(evaluation, whether its page opens for this person)]: all with the bases, else his or her own.

    The pages of evaluations are for the staff and for evaluators, as `Evaluation.objects.for_user` says.
    """
    centre = journey.registration.centre_id
    opens = is_staff_of(user, centre) or is_evaluator_in(user, centre)
    return [
        (evaluation, opens and evaluation.registration_id == journey.registration.pk)
        for evaluation in journey.evaluations
        if bases or any(sheet.evaluator_id == user.pk for sheet in evaluation.sheet_rows)
    ]


@require_safe
def registration_file(request, pk):
    """Who the candidate is, and with whom he or she prepares."""
    registration = own(request, pk)
    candidate = registration.candidate
    return page(
        request,
        "registration_file",
        registration,
        corrections=corrections_of(candidate),
        reading=candidate.reading,
        place_form=PlaceForm(registration=registration),
        head=is_head_of(request.user, registration.centre_id),
        twins=Candidate.objects.like(candidate),
        merges=merges_of(candidate),
        eligibility=eligibility_of(registration),
        declaration=declaration_for(registration),
    )


def eligibility_of(registration):
    """The last word on the recevabilité of a VAE, None before any and on another route."""
    is_vae = registration.route == Route.VAE
    return Eligibility.objects.of(registration).first() if is_vae else None


def merges_of(candidate):
    """The records made one with this person's, each with what forbids to part them again."""
    found = list(candidate.merges.standing().select_related("kept__centre"))
    for merge in found:
        merge.missing = list(missing_to_undo(merge))
    return found


@require_safe
def registration_documents(request, pk):
    """The papers of this registration, with where their rendering is; the letters that convened to something."""
    registration = own(request, pk)
    facts = [*facts_of(registration), *syntheses_of(registration)]
    documents = Document.objects.filter(fact__in=facts).order_by("-requested_at", "pk")
    letters = summons_rows(
        Summons.objects.filter(registration=registration).exclude(audience=Summons.Audience.EVALUATOR)
    )
    return page(request, "registration_documents", registration, documents=documents, letters=letters)


@require_safe
def registration_journal(request, pk):
    """Who did what for this registration."""
    registration = own(request, pk)
    entries = Paginator(journal_of(registration), JOURNAL_PAGE).get_page(request.GET.get("page"))
    for entry in entries:
        entry.changes = changes_of(entry)
    return page(request, "registration_journal", registration, entries=entries)


def journal_of(registration):
    """The acts on a registration, the latest first."""
    return LogEntry.objects.filter(subject=key_of(registration))
