/*
 * Callbox's compile-time limits of PJSIP. They fail in silence when they are too small, so each says what it is
 * sized for; tests/media makes 64 real calls.
 */

/* 24 agents on the phone, 24 callers with them, 16 more waiting: 64 SIP legs. The rest is headroom for legs that
   are being torn down or refused. */
#define PJSUA_MAX_CALLS             80

/* A leg has two sockets (RTP, RTCP). The default of 64 handles leaves room for 16 calls only. */
#define PJ_IOQUEUE_MAX_HANDLES      512

/* SIP trunks that register out. Handsets register at Kamailio and need no account here. */
#define PJSUA_MAX_ACC               64

/* A prompt or music on hold and a two-channel recording for every leg, with the next one opened before the last is closed. */
#define PJSUA_MAX_PLAYERS           256
#define PJSUA_MAX_RECORDERS         256

/* Legs + players + recorders + analog and GSM lines + tone generators. */
#define PJSUA_MAX_CONF_PORTS        768

/* Audio, and what a softphone offers beside it (video, text, BFCP) to be refused. 16 costs 2 kB for each of the 80 calls. */
#define PJMEDIA_MAX_SDP_MEDIA       8

/* No presence: agents' states are ours. */
#define PJSUA_MAX_BUDDIES           4

/* A dial string is at most 32 digits, and a tone generator takes it in one piece. */
#define PJMEDIA_TONEGEN_MAX_DIGITS  64

/* No video anywhere. */
#define PJMEDIA_HAS_VIDEO           0
