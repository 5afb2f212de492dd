#include "JPEGShims.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

_Static_assert(jpeg_problem_capacity >= JMSG_LENGTH_MAX, "libjpeg's messages must fit");

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *problem;
} Failure;

static void give_up(j_common_ptr info) {
  Failure *failure = (Failure *)info->err;
  info->err->format_message(info, failure->problem);
  longjmp(failure->escape, 1);
}

/// Whether every pixel is still known after this warning; files with such marks are common in ImageNet.
static bool is_harmless(int warning) {
  return warning == JWRN_EXTRANEOUS_DATA || warning == JWRN_ADOBE_XFORM ||
         warning == JWRN_JFIF_MAJOR;
}

/// libjpeg fills what is missing with grey and only warns; a warning is told by its negative level.
static void judge_message(j_common_ptr info, int level) {
  if (level < 0 && !is_harmless(info->err->msg_code)) give_up(info);
}

/// libjpeg knows no way from CMYK to RGB, so CMYK leaves it as CMYK.
static void choose_colors(struct jpeg_decompress_struct *info, int32_t channels) {
  bool is_print = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
  info->out_color_space = is_print ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
}

static void choose_scale(struct jpeg_decompress_struct *info, int32_t least_width,
                         int32_t least_height) {
  info->scale_num = 1;
  for (info->scale_denom = 8; info->scale_denom > 1; info->scale_denom /= 2) {
    jpeg_calc_output_dimensions(info);
    if (info->output_width >= (JDIMENSION)least_width &&
        info->output_height >= (JDIMENSION)least_height)
      return;
  }
}

/// One row of CMYK to RGB or grey; Adobe's programs store every ink inverted.
static void convert_print(const uint8_t *inks, uint8_t *pixels, size_t width, int32_t channels,
                          bool inverted) {
  for (size_t column = 0; column < width; column++) {
    uint32_t rgb[3];
    for (int color = 0; color < 3; color++) {
      uint32_t ink = inks[4 * column + color], black = inks[4 * column + 3];
      uint32_t light = inverted ? ink * black : (255 - ink) * (255 - black);
      rgb[color] = (light + 127) / 255;
      if (channels == 3) pixels[3 * column + color] = (uint8_t)rgb[color];
    }
    // The luma weights of ITU-R BT.601 in 16 bits, as libjpeg has them.
    if (channels == 1)
      pixels[column] = (uint8_t)((19595 * rgb[0] + 38470 * rgb[1] + 7471 * rgb[2] + 32768) >> 16);
  }
}

static void read_rows(struct jpeg_decompress_struct *info, int32_t channels, uint8_t *pixels) {
  size_t row_bytes = (size_t)info->output_width * channels;
  JSAMPARRAY inks = info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE,
                                            4 * info->output_width, 1);
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = pixels + info->output_scanline * row_bytes;
    if (info->out_color_space != JCS_CMYK) {
      jpeg_read_scanlines(info, &row, 1);
    } else {
      jpeg_read_scanlines(info, inks, 1);
      convert_print(inks[0], row, info->output_width, channels, info->saw_Adobe_marker);
    }
  }
}

static void decode(struct jpeg_decompress_struct *info, const uint8_t *bytes, size_t count,
                   int32_t channels, int32_t least_width, int32_t least_height, JPEGImage *image) {
  jpeg_create_decompress(info);
  jpeg_mem_src(info, bytes, count);
  jpeg_read_header(info, TRUE);
  choose_colors(info, channels);
  choose_scale(info, least_width, least_height);
  jpeg_start_decompress(info);
  image->width = (int32_t)info->output_width;
  image->height = (int32_t)info->output_height;
  image->pixels = malloc((size_t)info->output_width * info->output_height * channels);
  if (image->pixels == NULL) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  read_rows(info, channels, image->pixels);
  jpeg_finish_decompress(info);
}

bool jpeg_decode(const uint8_t *bytes, size_t count, int32_t channels, int32_t least_width,
                 int32_t least_height, JPEGImage *image, char *problem) {
  struct jpeg_decompress_struct info;
  Failure failure;
  memset(&info, 0, sizeof info);
  image->pixels = NULL;
  info.err = jpeg_std_error(&failure.base);
  failure.base.error_exit = give_up;
  failure.base.emit_message = judge_message;
  failure.problem = problem;
  if (setjmp(failure.escape) != 0) {
    jpeg_destroy_decompress(&info);
    free(image->pixels);
    image->pixels = NULL;
    return false;
  }
  decode(&info, bytes, count, channels, least_width, least_height, image);
  jpeg_destroy_decompress(&info);
  return true;
}

void jpeg_release(uint8_t *bytes) { free(bytes); }
