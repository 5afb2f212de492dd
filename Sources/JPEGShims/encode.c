#include "JPEGShims.h"

#include <stdio.h>

#include <jpeglib.h>

static const struct {
  int components;
  J_COLOR_SPACE given, stored;
} layouts[] = {
    [jpeg_colors_grey] = {1, JCS_GRAYSCALE, JCS_GRAYSCALE},
    [jpeg_colors_unnamed] = {2, JCS_UNKNOWN, JCS_UNKNOWN},
    [jpeg_colors_rgb] = {3, JCS_RGB, JCS_YCbCr},
    [jpeg_colors_cmyk] = {4, JCS_CMYK, JCS_CMYK},
    [jpeg_colors_ycck] = {4, JCS_CMYK, JCS_YCCK},
};

uint8_t *jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height, JPEGColors colors,
                     int32_t quality, size_t *count) {
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  unsigned char *bytes = NULL;
  unsigned long written = 0;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &bytes, &written);
  info.image_width = (JDIMENSION)width;
  info.image_height = (JDIMENSION)height;
  info.input_components = layouts[colors].components;
  info.in_color_space = layouts[colors].given;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, layouts[colors].stored);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    size_t start = (size_t)info.next_scanline * width * info.input_components;
    JSAMPROW row = (JSAMPROW)(pixels + start);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  *count = written;
  return bytes;
}
