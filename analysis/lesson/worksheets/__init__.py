"""What the class fills in: prediction sheets and the quiz.

It imports `lesson.content` and `lesson.slides`.
"""
