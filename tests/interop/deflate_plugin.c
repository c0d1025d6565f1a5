// HDF5's own deflate filter as a run-time plugin, for programs whose HDF5 was built without zlib (libsonata's wheels).
#include <H5PLextern.h>
#include <stdlib.h>
#include <zlib.h>

static size_t inflate_chunk(unsigned flags, size_t cd_nelmts, const unsigned cd_values[], size_t nbytes,
                            size_t *buf_size, void **buf) {
  (void)cd_nelmts;
  (void)cd_values;
  if (!(flags & H5Z_FLAG_REVERSE)) return 0;  // reading only
  for (size_t room = *buf_size > nbytes ? *buf_size : 4 * nbytes; room <= ((size_t)1 << 32); room *= 2) {
    unsigned char *out = malloc(room);
    uLongf got = room;
    if (!out) return 0;
    const int status = uncompress(out, &got, *buf, nbytes);
    if (status == Z_OK) {
      free(*buf);
      *buf = out;
      *buf_size = room;
      return got;
    }
    free(out);
    if (status != Z_BUF_ERROR) return 0;
  }
  return 0;
}

static const H5Z_class2_t kDeflate = {
    H5Z_CLASS_T_VERS, H5Z_FILTER_DEFLATE, 0, 1, "deflate", NULL, NULL, inflate_chunk,
};

H5PL_type_t H5PLget_plugin_type(void) { return H5PL_TYPE_FILTER; }
const void *H5PLget_plugin_info(void) { return &kDeflate; }
