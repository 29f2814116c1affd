"""The slides after the measurements."""

from analysis.lesson.content.material import Material, Slide

#: As long as in the teacher's notes.
TURN = """\
make up MODE=queue WORKERS=1
.venv/bin/locust --headless -u {users} -t 30s
make down

make up MODE=queue WORKERS=4
.venv/bin/locust --headless -u {users} -t 30s
make down

make charts"""
CODE = """\
@shared_task
def send_welcome_email(user_id): ...

send_welcome_email.delay(new_user.id)

$ celery -A project worker -l info"""


def closing(material: Material) -> list[Slide]:
    users = max(1, round(material.group.offered_rate))
    return [
        Slide(
            name="turn",
            title="Your turn",
            until=38,
            words=("Once with 1 worker, once with 4. What did your machine do?",),
            code=TURN.format(users=users),
            notes=(
                "On the students' machines, in pairs. Without a stack: report.html of the example.",
                "Who has run make demo sends a line: `.venv/bin/python -m analysis share results/demo`",
                "All lines in a folder make one chart: `.venv/bin/python -m analysis pool sent/`",
            ),
        ),
        Slide(
            name="django",
            title="In Django: a task, a call, a worker",
            until=40,
            code=CODE,
            notes=(
                "Homework: django.html, the same step by step, with two faults to mend.",
                "Tasks not found: autodiscover_tasks(), INSTALLED_APPS, and the file name tasks.py.",
                "Wrong times: USE_TZ = True. CELERY_TIMEZONE alone does not heal them; it is for crontab().",
            ),
        ),
        Slide(
            name="worth",
            title="When is a queue worth it?",
            until=41,
            words=(
                "Yes: the user need not see the result at once.",
                "Yes: the work is slow, or may fail and must be tried again.",
                "Yes: peaks come that are over soon.",
                "No: the answer is the result.",
                "No: more comes than the workers can do. The wait only moves.",
            ),
            notes=("Let the class find an example for each line.",),
        ),
        Slide(
            name="wrap-up",
            title="What we have measured",
            until=42,
            words=tuple(f"{sentence}." for sentence in material.sentences),
            notes=("One sentence each, read by a student.",),
        ),
        Slide(
            name="quiz",
            title="Quiz",
            until=45,
            words=("Open quiz.html, or take the paper.", "Which answer can you prove with a trial of today?"),
            notes=(
                "Alone first. Below a third right: explain again. Up to two thirds: talk in pairs, then vote again.",
            ),
        ),
    ]
