// What scrolls sideways can be reached and scrolled by the keyboard.
'use strict';
for (const region of document.querySelectorAll('main pre > code, main .table-wrapper')) {
  region.tabIndex = 0;
  region.setAttribute('role', 'region');
  region.setAttribute('aria-label', region.matches('code') ? 'Example' : 'Table');
}
// The template's label that opens the sidebar is a button, for the keyboard and for who listens.
const toggle = document.getElementById('mdbook-sidebar-toggle');
if (toggle) {
  toggle.setAttribute('role', 'button');
  toggle.tabIndex = 0;
  toggle.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    toggle.click();
  });
}
