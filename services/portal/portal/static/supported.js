// First in the body, so that components are laid out for scripts before they are shown. Without it every page still works.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
