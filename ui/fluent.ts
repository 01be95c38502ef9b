import { FluentResource } from '@fluent/bundle';
import type { Plugin } from 'vite';

/**
 * Reads Fluent catalogues when the window is built, not each time that it
 * starts: a `.ftl` file imports as what gives its parsed messages.
 */
export function fluent(): Plugin {
  return {
    name: 'fluent',
    transform(text, id) {
      if (!id.endsWith('.ftl')) return null;
      // A string that is parsed is quicker to start than the same as a program.
      const parsed = JSON.stringify(JSON.stringify(new FluentResource(text).body));
      return { code: `export default () => JSON.parse(${parsed});`, map: null };
    },
  };
}
