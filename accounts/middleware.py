"""Which hat is worn for this request."""

SESSION_KEY = "hat"


class CurrentMembershipMiddleware:
    """Sets `request.hats` (all active memberships) and `user.hat` (the one chosen, else the first).

    A request by an anonymous visitor or a task link costs no query. A suspended membership is no hat from the
    very next request.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        request.hats = []
        if user.is_authenticated:
            request.hats = list(
                user.memberships.active().select_related("centre", "resource_centre").order_by("pk")
            )
            chosen = request.session.get(SESSION_KEY)
            user.hat = next((hat for hat in request.hats if hat.pk == chosen), None) or next(
                iter(request.hats), None
            )
        return self.get_response(request)
