"""Who writes the norm."""

from accounts.perms import is_resource


def keeps(user, certification):
    """Membre du centre de ressource that keeps the certification: writes, publishes and follows its versions."""
    return is_resource(user) and certification.resource_centre_id == user.hat.resource_centre_id
