"""The C functions we call in libspandsp, libspeexdsp and PJSIP; the program that makes `_libraries.py`.

cffi's ABI mode, out of line: the declarations are parsed here, once, when they are changed
(`python -m appliance.media.declarations`), not at every start: the parser would stay in the core's memory.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

MODULE = "appliance.media._libraries"
TARGET = Path(__file__).with_name("_libraries.py")

SPANDSP = """
typedef void (*tone_report_func_t)(void *user_data, int code, int level, int delay);
typedef void (*put_msg_func_t)(void *user_data, const uint8_t *msg, int len);

void *dtmf_rx_init(void *s, void *digits_callback, void *user_data);
int dtmf_rx(void *s, const int16_t amp[], int samples);
size_t dtmf_rx_get(void *s, char *digits, int max);
void dtmf_rx_parms(void *s, int filter_dialtone, int twist, int reverse_twist, int threshold);
int dtmf_rx_free(void *s);

void *super_tone_rx_make_descriptor(void *desc);
int super_tone_rx_add_tone(void *desc);
int super_tone_rx_add_element(void *desc, int tone, int f1, int f2, int min, int max);
void *super_tone_rx_init(void *s, void *desc, tone_report_func_t callback, void *user_data);
int super_tone_rx(void *s, const int16_t amp[], int samples);
int super_tone_rx_free(void *s);
int super_tone_rx_free_descriptor(void *desc);

void *modem_connect_tones_rx_init(void *s, int tone_type, void *tone_callback, void *user_data);
int modem_connect_tones_rx(void *s, const int16_t amp[], int len);
int modem_connect_tones_rx_get(void *s);
int modem_connect_tones_rx_free(void *s);

void *adsi_rx_init(void *s, int standard, put_msg_func_t put_msg, void *user_data);
int adsi_rx(void *s, const int16_t amp[], int len);
int adsi_next_field(void *s, const uint8_t *msg, int msg_len, int pos,
                    uint8_t *field_type, const uint8_t **field_body, int *field_len);
int adsi_rx_free(void *s);

void *time_scale_init(void *s, int sample_rate, float playout_rate);
int time_scale_rate(void *s, float playout_rate);
int time_scale(void *s, int16_t out[], const int16_t in[], int len);
int time_scale_free(void *s);

float vec_dot_prodf(const float x[], const float y[], int n);
void vec_mulf(float z[], const float x[], const float y[], int n);
int32_t vec_dot_prodi16(const int16_t x[], const int16_t y[], int n);
int16_t vec_min_maxi16(const int16_t x[], int n, int16_t out[]);
"""

SPEEXDSP = """
void *speex_echo_state_init(int frame_size, int filter_length);
void speex_echo_cancellation(void *st, const int16_t *rec, const int16_t *play, int16_t *out);
int speex_echo_ctl(void *st, int request, void *ptr);
void speex_echo_state_reset(void *st);
void speex_echo_state_destroy(void *st);
"""

PJSIP = "void pj_log_set_level(int level);"

_HEAD = '''"""Made of `declarations.py`, by the program in it; a test holds it to be what that makes."""

# ruff: noqa
# fmt: off
'''


def source() -> str:
    """The text of the module that these declarations make."""
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(SPANDSP)
    ffi.cdef(SPEEXDSP)
    ffi.cdef(PJSIP)
    ffi.set_source(MODULE, None)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / TARGET.name
        ffi.emit_python_code(str(made))
        return _HEAD + made.read_text(encoding="ascii")


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="ascii")
    sys.stdout.write(f"{TARGET}\n")
