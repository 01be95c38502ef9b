/**
 * Where keys go. Screens lay a scope of bindings on the shell's; the newest
 * scope answers first. A single letter or digit acts only when no text is
 * being typed, and can be switched off as a whole.
 */
export type Bindings = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const TYPED = new Set(['text', 'password', 'tel', 'search', 'email', 'number', 'url', 'date']);

/** `Ctrl+Shift+N`, `Alt+1`, `F8`, `Escape`, `y`. */
export function keyName(event: KeyboardEvent): string {
  const plain = event.key.length === 1;
  const chord = event.ctrlKey || event.altKey || event.metaKey;
  const key = plain ? (chord ? event.key.toUpperCase() : event.key.toLowerCase()) : event.key;
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey && (chord || !plain)) parts.push('Shift');
  return [...parts, key].join('+');
}

export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.tagName === 'TEXTAREA') return true;
  return target.tagName === 'INPUT' && TYPED.has((target as HTMLInputElement).type);
}

/** Controls for which Enter already means something. */
function ownsEnter(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('button, a, summary, textarea, input') !== null
  );
}

export class KeyRouter {
  /** Letters and digits act on their own. */
  singleKeys = true;
  readonly #scopes: Bindings[] = [];

  /** Lays a scope on top until the returned function is called. */
  push(bindings: Bindings): () => void {
    this.#scopes.push(bindings);
    return () => {
      const index = this.#scopes.indexOf(bindings);
      if (index >= 0) this.#scopes.splice(index, 1);
    };
  }

  /** Runs what the key is bound to. A modal dialog lets only function keys through. */
  route(event: KeyboardEvent, modalIsOpen: boolean): boolean {
    if (event.defaultPrevented || event.isComposing || event.repeat) return false;
    const name = keyName(event);
    if (modalIsOpen && !/^F\d+$/.test(name)) return false;
    if (name.length === 1 && (!this.singleKeys || isTextField(event.target))) return false;
    if (name === 'Enter' && ownsEnter(event.target)) return false;
    for (const scope of this.#scopes.toReversed()) {
      const run = scope[name];
      if (run) {
        event.preventDefault();
        run(event);
        return true;
      }
    }
    return false;
  }
}
