"""What transformers' own processors of vision-language models (their Pillow variants where they have one) make of fixtures/images.

Writes fixtures/images/parts.json and parts.bin.
Needs what reference.py needs, and Debian's python3-pil and python3-torchvision.
"""

import json, os

import numpy as np
from PIL import Image, ImageOps
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.dinov3_vit.image_processing_dinov3_vit import DINOv3ViTImageProcessor
from transformers.models.gemma3.image_processing_pil_gemma3 import Gemma3ImageProcessorPil
from transformers.models.gemma4.image_processing_pil_gemma4 import Gemma4ImageProcessorPil
from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import GotOcr2ImageProcessorPil
from transformers.models.lfm2_vl.image_processing_lfm2_vl import Lfm2VlImageProcessor
from transformers.models.pixtral.image_processing_pil_pixtral import PixtralImageProcessorPil
from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "fixtures", "images")
index, data = [], b""


def opened(name, size=None):
    image = ImageOps.exif_transpose(Image.open(os.path.join(here, "images", name))).convert("RGB")
    return image if size is None else image.crop((0, 0, *size))


def add(kind, model, config, name, values, grids, patches=1):
    global data
    values = np.ascontiguousarray(values, dtype="<f4")
    index.append({"config": {"image_processor_type": kind, **config}, "model": model, "patches": patches, "file": name,
                  "shape": list(values.shape), "grids": grids, "offset": len(data)})  # fmt: skip
    data += values.tobytes()


for name, config in [
    ("rgb.png", dict(patch_size=4, merge_size=2, temporal_patch_size=2, min_pixels=64, max_pixels=600)),
    ("turned.jpg", dict(patch_size=2, merge_size=2, temporal_patch_size=1, size=dict(shortest_edge=1000, longest_edge=1500))),
]:
    got = Qwen2VLImageProcessorPil(**config)(opened(name))
    add("Qwen2VLImageProcessorFast", "qwen2_5_vl", config, name, got["pixel_values"], [list(map(int, got["image_grid_thw"][0][1:]))], 4)

config = dict(size=dict(height=20, width=20))
add("Gemma3ImageProcessor", "gemma3", config, "rgb.png", Gemma3ImageProcessorPil(**config)(opened("rgb.png"))["pixel_values"][0], None)

for name, size in [("rgb.png", 12), ("turned.jpg", 8)]:
    config = dict(size=dict(height=size, width=size), max_patches=6)
    got = GotOcr2ImageProcessorPil(**config)(opened(name), crop_to_patches=True)
    add("GotOcr2ImageProcessor", "internvl", {**config, "crop_to_patches": False}, name, np.stack(got["pixel_values"]), None, 4)

for name, longest in [("rgb.png", 24), ("turned.jpg", 100)]:
    config = dict(size=dict(longest_edge=longest), patch_size=dict(height=4, width=4))
    got = PixtralImageProcessorPil(**config)(opened(name), patch_size=dict(height=8, width=8))
    values, (height, width) = got["pixel_values"][0], map(int, got["image_sizes"][0])
    rows, columns = height // 4, width // 4
    patches = values.reshape(3, rows, 4, columns, 4).transpose(1, 3, 0, 2, 4).reshape(rows * columns, -1)
    add("PixtralImageProcessor", "mistral3", config, name, patches, [[rows, columns]], 4)

config = dict(patch_size=2, pooling_kernel_size=2, max_soft_tokens=70)
got = Gemma4ImageProcessorPil(**config)(opened("rgb.png"))
places = np.asarray(got["image_position_ids"][0])
real = places[:, 0] >= 0
values = np.asarray(got["pixel_values"][0])[real]
grid = [int(places[real][:, 1].max()) + 1, int(places[real][:, 0].max()) + 1]
add("Gemma4ImageProcessor", "gemma4", config, "rgb.png", values, [grid], 4)

# The only kind without a Pillow variant: its values may differ by the last of 8 bits.
for name, config in [
    ("rgb.png", dict(encoder_patch_size=2, tile_size=8, min_image_tokens=4, max_image_tokens=16, max_tiles=6)),
    ("turned.jpg", dict(encoder_patch_size=2, min_image_tokens=4, max_image_tokens=60, do_image_splitting=False)),
]:
    got = Lfm2VlImageProcessor(**config)(opened(name), return_row_col_info=True)
    mask = np.asarray(got["pixel_attention_mask"]).astype(bool)
    values = np.concatenate([np.asarray(part)[seen] for part, seen in zip(got["pixel_values"], mask)])
    grid = [int(got["image_rows"][0]), int(got["image_cols"][0])]
    add("Lfm2VlImageProcessorFast", "lfm2_vl", config, name, values, np.asarray(got["spatial_shapes"]).tolist(), 4)
    index[-1].update(steps=1, **({"grid": grid} if grid != [1, 1] else {}))

config = dict(size=dict(height=20, width=18), crop_size=dict(height=14, width=15))
add("DeiTImageProcessor", "deit", config, "rgb.png", DeiTImageProcessorPil(**config)(opened("rgb.png"))["pixel_values"][0], None)

for name, size in [("rgb.png", dict(height=12, width=20)), ("turned.jpg", dict(height=46, width=14))]:
    config = dict(size=size)
    got = DINOv3ViTImageProcessor(**config)(opened(name), return_tensors="pt")["pixel_values"][0].numpy()
    add("DINOv3ViTImageProcessorFast", "dinov3_vit", config, name, got, None)
    index[-1].update(within=2e-6)

for name, most in [("rgb.png", 20), ("turned.jpg", 90)]:
    config = dict(patch_size=4, max_num_patches=most)
    got = Siglip2ImageProcessorPil(**config)(opened(name))
    shape = list(map(int, got["spatial_shapes"][0]))
    add("Siglip2ImageProcessorFast", "siglip2", config, name, np.asarray(got["pixel_values"][0])[: shape[0] * shape[1]], [shape])
    index[-1].update(grid=shape)

with open(os.path.join(here, "parts.bin"), "wb") as file:
    file.write(data)
with open(os.path.join(here, "parts.json"), "w") as file:
    json.dump(index, file, indent=1)
print([(entry["config"]["image_processor_type"], entry["shape"], entry["grids"]) for entry in index], len(data))
