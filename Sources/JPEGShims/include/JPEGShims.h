// libjpeg-turbo behind plain C functions: its error handling needs setjmp, which Swift cannot call.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes, with the terminating zero, that a problem's text may need.
enum { jpeg_problem_capacity = 200 };

/// Pixels in rows from the top, channels interleaved; released with `jpeg_release`.
typedef struct {
  uint8_t *pixels;
  int32_t width;
  int32_t height;
} JPEGImage;

/// Decodes a JPEG of any colour space to grey (1 channel) or RGB (3 channels).
///
/// An image at least twice as large as `least_width` by `least_height` is halved as often as it still covers
/// that size, inside the decoder. Returns false, with the reason in `problem`, when any pixel is unknown.
bool jpeg_decode(const uint8_t *bytes, size_t count, int32_t channels, int32_t least_width,
                 int32_t least_height, JPEGImage *image, char *problem);

/// Gives back what `jpeg_decode` or `jpeg_encode` made.
void jpeg_release(uint8_t *bytes);

/// How an encoded JPEG stores its colours.
typedef enum {
  jpeg_colors_grey,     // 1 component
  jpeg_colors_unnamed,  // 2 components without a meaning
  jpeg_colors_rgb,      // 3 components, stored as YCbCr
  jpeg_colors_cmyk,     // 4 components, inverted as Adobe writes them
  jpeg_colors_ycck,     // 4 components, inverted, stored as YCCK
} JPEGColors;

/// Encodes pixels; for tests and tools. Wrong arguments end the process with libjpeg's message.
uint8_t *jpeg_encode(const uint8_t *pixels, int32_t width, int32_t height, JPEGColors colors,
                     int32_t quality, size_t *count);
