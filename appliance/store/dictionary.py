"""Words a journal block is deflated against (RFC 1950, preset dictionary): blocks are short and alike.

NEVER edit a dictionary: blocks on customers' disks can only be read with the one they were packed with, and
zlib checks it by its checksum. Better words go into a new dictionary with a number of its own.
"""

from __future__ import annotations

DICTIONARIES = {
    1: (
        b'"box_started",null,{"interrupted":0,"version":"0.1"trunk_status",null,{"state":"in_service","trunk":"'
        b'out_of_coverage unplugged recovering faulty "agent_status",null,{"agent":"1","by":"page","handset":'
        b'"handset","pause_code":null,"status":"available"}]on_break"logged_out"transferred",{"by":"agent",'
        b'"kind":"attended"blind","target":"held",{"held":true,"leg":"},"held":false,"outcome":"no_answer"'
        b'rejected"busy"absent"abandoned"outbound"internal"voice_modem"interrupted"failed"closed"'
        b'"number":null"name":null,"withheld":true}]"by":"far_end"the far end hung up"the agent hung up'
        b'"fallback"time-out"invalid"wrap_up","why":"wrap-up is over"waiting","why":"'
        b'"recording_ended","{"reason":"the call ended","recording":"","seconds":'
        b'"call_started","",{"direction":"inbound","number":"+1","trunk":"gsm1"}],"caller_id","",{"name":'
        b'"number":"+","withheld":false}],"flow_entered","",{"flow":"main","reason":"'
        b'"digits","",{"digits":"1","menu":"main"}],"queue_entered","",{"position":1,"queue":"sales"}],'
        b'"offered","",{"agent":"11","handset":"201","queue":"sales"}],"offer_ended","",{"agent":"1",'
        b'"outcome":"answered","queue":"sales","why":""}],"connected","",{"agent":"1","handset":"20","waited":'
        b'"recording_started","",{"recording":"agent_state",null,{"agent":"1","state":"reserved","why":"'
        b'"state":"ringing","why":"agent_state",null,{"agent":"1","state":"in_call","why":"a call was offered'
        b'"call_ended","",{"by":"caller","cause":16,"reason":"the caller hung up"}]'
        b'"leg_added","",{"kind":"trunk","leg":"","line":"fxo1"}]"kind":"handset","leg":"","line":"20"}]'
        b'"leg_answered","",{"inferred":false,"leg":"","line":"gsm1"}]'
        b'"leg_released","",{"cause":16,"leg":"","line":"201","reason":"the call ended"}]\n[179'
    ),
}
NEWEST = 1
