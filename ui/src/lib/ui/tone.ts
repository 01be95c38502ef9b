/** What a colour says; an icon and a word say it too. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'plain';
