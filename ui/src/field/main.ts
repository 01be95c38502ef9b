import { mount } from 'svelte';
import { FieldApp } from '$lib/features/shell/app.svelte';
import { pickHost } from '$lib/ipc/pickHost';
import App from './App.svelte';

const target = document.getElementById('app');
if (target) {
  target.replaceChildren();
  mount(App, { target, props: { app: new FieldApp(pickHost()) } });
}
