"""What a dialed and answered call hears when no agent is joined: a flow with the lead's fields, the message
that nobody is free, the message after a machine's beep; and how people say that they will not be called
again. It decides nobody's turn and dials nothing: the campaign's floor calls it (`desk.Outreach`), and is
told once what came of the call. It sees ivr and the dialer's rules, as routing does; they do not see it.
"""
