/** The look of the window: theme, text size, gloves and language, on the root element. */
import type { Preferences, Theme } from '$lib/ipc/generated/contract';
import { speaker } from '$lib/i18n/words.svelte';

export const THEMES: readonly Theme[] = ['day', 'night', 'tactical'];
export const TEXT_SIZES: readonly number[] = [100, 115, 130, 150, 175];

export const nextTheme = (theme: Theme): Theme =>
  THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'day';

/** The offered size that is nearest to a stored one. */
export function textSize(percent: number): number {
  return TEXT_SIZES.reduce((best, size) =>
    Math.abs(size - percent) < Math.abs(best - percent) ? size : best,
  );
}

export function wear(preferences: Preferences, root = document.documentElement): void {
  speaker.language = preferences.language;
  root.lang = preferences.language;
  root.dataset['theme'] = preferences.theme;
  root.dataset['gloves'] = String(preferences.gloves);
  root.dataset['text'] = String(textSize(preferences.text_percent));
}
