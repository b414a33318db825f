/** sharp, configured for untrusted files. */
import sharp from 'sharp';

// Each image is decoded once and several are processed at a time, so sharp's own cache and threads would only cost.
sharp.cache(false);
sharp.concurrency(1);

// The content decides which decoder reads a file, not its name: one of drawings (SVG) may ask for any size and load
// other files, and the others are of no use here.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((format) => `VipsForeignLoad${format}`),
});

export { sharp };
