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
                "On the students' machines, in pairs. If there is no stack: report.html of the example.",
                "Students who ran make demo send a line: `.venv/bin/python -m analysis share results/demo`",
                "All lines in one folder make one chart: `.venv/bin/python -m analysis pool sent/`",
            ),
        ),
        Slide(
            name="django",
            title="In Django: a task, a call, a worker",
            until=40,
            code=CODE,
            notes=(
                "Homework: django.html, the same step by step, with two bugs to fix.",
                "Tasks not found: autodiscover_tasks(), INSTALLED_APPS, and the file name tasks.py.",
                "Wrong times: USE_TZ = True. CELERY_TIMEZONE alone does not fix them; it is for crontab().",
            ),
        ),
        Slide(
            name="worth",
            title="When is a queue worth it?",
            until=41,
            words=(
                "Yes: the user does not need the result at once.",
                "Yes: the work is slow, or may fail and must be retried.",
                "Yes: the load comes in short peaks.",
                "No: the response is the result.",
                "No: more arrives than the workers can finish. The wait only moves.",
            ),
            notes=("Let the class find an example for each line.",),
        ),
        Slide(
            name="wrap-up",
            title="What we measured",
            until=42,
            words=tuple(f"{sentence}." for sentence in material.sentences),
            notes=("A student reads each sentence.",),
        ),
        Slide(
            name="quiz",
            title="Quiz",
            until=45,
            words=("Open quiz.html, or take the paper.", "Which answer can you prove with one of today's trials?"),
            notes=(
                "First alone. Below a third right: explain again. Up to two thirds: discuss in pairs, then vote again.",
            ),
        ),
    ]
