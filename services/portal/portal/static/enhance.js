// GOV.UK Frontend's own behaviour: focus on the error summary, the menu on small screens, no double submission.
import { initAll } from "/static/build/govuk-frontend.min.js";

initAll();
