import { mount } from 'svelte';
import { FieldApp } from '$lib/features/shell/app.svelte';
import { pickHost } from '$lib/ipc/pickHost';
import App from './App.svelte';

const target = document.getElementById('app');
if (target) {
  // Drawn once, with what the core says first: until then the page's own words stand.
  const app = new FieldApp(pickHost());
  void app.status.settled().then(() => {
    target.replaceChildren();
    mount(App, { target, props: { app } });
  });
}
