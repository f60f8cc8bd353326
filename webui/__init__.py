"""The pages: what the shop owner, the supervisor and a program see of the box, over HTTP.

Owns the login, the live page, the call list, the forms and the API. Code in here changes nothing but through
`appliance.control.client`, reads records only through `appliance.reports`, keeps no state of the box of its
own, opens no serial port and no database, and sends browsers nothing that does not come from this folder.
"""

from webui.app import create_app

__all__ = ["create_app"]
