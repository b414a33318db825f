/** sharp, configured for untrusted files. */
import sharp from 'sharp';

// Several images are processed at a time and each is decoded once, so sharp's own cache and threads would not pay
// off.
sharp.cache(false);
sharp.concurrency(1);

// The content decides which decoder reads a file, not its name. SVG may request any size and load other files; the
// remaining decoders are not needed.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((format) => `VipsForeignLoad${format}`),
});

export { sharp };
