import type { Locator } from 'playwright-core';

/** WCAG 2.2's contrast ratio of an element's text. */
export const contrast = (place: Locator): Promise<number> =>
  place.evaluate((element) => {
    const luminance = (colour: string): number => {
      const channels = (colour.match(/[\d.]+/g) ?? []).map((channel) => Number(channel) / 255);
      const [red = 0, green = 0, blue = 0] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const canvas = document.body.appendChild(document.createElement('b'));
    canvas.style.backgroundColor = 'Canvas';
    const own = getComputedStyle(element);
    const ground = own.backgroundColor === 'rgba(0, 0, 0, 0)' ? getComputedStyle(canvas).backgroundColor : own.backgroundColor;
    const [dark = 0, light = 0] = [luminance(own.color), luminance(ground)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  });
